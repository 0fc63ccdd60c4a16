describe('a', () => {
  it('bb', () => {
    c(1);
  });
});
