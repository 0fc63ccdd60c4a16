class A
{
    private int x;
}
