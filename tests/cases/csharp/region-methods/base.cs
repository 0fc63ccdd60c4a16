class A
{
    #region X
    void A1() { }
    #endregion
}
