class A
{
    [Fact]
    void F() { }
}
