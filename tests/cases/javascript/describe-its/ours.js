describe('a', () => {
  it('b', () => {
    c(1);
  });
});
