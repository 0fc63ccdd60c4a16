class A
{
    [Fact]
    void F(int x) { }
}
