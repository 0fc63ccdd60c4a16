const a = (
  <A>
    <B>
      <C x={1} />
    </B>
  </A>
);
