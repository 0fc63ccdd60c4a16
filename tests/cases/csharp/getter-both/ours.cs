class A
{
    int X => 2;
}
