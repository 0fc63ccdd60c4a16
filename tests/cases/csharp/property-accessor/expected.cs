class A
{
    public int X { get; private set; } = 1;
}
