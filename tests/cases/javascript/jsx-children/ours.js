const a = (
  <div>
    <A x={1} />
    <B />
  </div>
);
