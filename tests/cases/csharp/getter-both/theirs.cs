class A
{
    int X => 3;
}
