const v = (
  <A
    x={3}
    y={4}
  />
);
