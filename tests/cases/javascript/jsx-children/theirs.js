const a = (
  <div>
    <A />
    <B y={2} />
  </div>
);
