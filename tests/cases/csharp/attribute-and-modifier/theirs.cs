class A
{
    private int X;
}
