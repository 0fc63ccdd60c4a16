enum A
{
    X,
    Y
}
