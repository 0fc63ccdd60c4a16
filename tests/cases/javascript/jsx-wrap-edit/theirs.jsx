const a = (
  <B>
    <C x={2} />
  </B>
);
