const v = (
  <A
    x={1}
    y={4}
  />
);
