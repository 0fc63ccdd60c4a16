const a = (
  <div>
    <A x={1} />
    <B y={2} />
  </div>
);
