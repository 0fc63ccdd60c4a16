const a = (
  <A>
    <B>
      <C x={2} />
    </B>
  </A>
);
