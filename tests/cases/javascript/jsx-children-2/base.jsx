const a = (
  <B>
    <C />
  </B>
);
