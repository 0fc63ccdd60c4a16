class A
{
    [B]
    private int X;
}
