class A
{
    public int Size { get; set; } = 1;
}
