const a = (
  <B>
    <C />
    <D />
  </B>
);
