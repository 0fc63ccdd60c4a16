const a = (
  <B>
    <C />
    <E />
  </B>
);
