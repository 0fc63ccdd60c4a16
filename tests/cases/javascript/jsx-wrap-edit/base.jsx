const a = (
  <B>
    <C x={1} />
  </B>
);
