describe('a', () => {
  it('b', () => {
    c();
  });
});
