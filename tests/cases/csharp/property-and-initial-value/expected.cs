class A
{
    public int Size { get; private set; } = 2;
}
