class A
{
    [Fact]
    public void X()
    {
    }

    [Fact]
    public void Y()
    {
        a();
    }
}
