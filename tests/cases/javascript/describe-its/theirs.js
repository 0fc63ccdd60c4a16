describe('a', () => {
  it('bb', () => {
    c();
  });
});
