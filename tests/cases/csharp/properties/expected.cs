class A
{
    public int X { get; set; }

    public int Y { get; set; }

    public string Z { get; }
}
