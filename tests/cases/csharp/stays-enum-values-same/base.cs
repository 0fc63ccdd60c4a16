enum A
{
    X,
}
