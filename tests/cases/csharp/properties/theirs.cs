class A
{
    public int X { get; set; }

    public string Z { get; }
}
