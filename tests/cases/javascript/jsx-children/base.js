const a = (
  <div>
    <A />
    <B />
  </div>
);
