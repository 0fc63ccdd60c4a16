public class A : B, IC, ID
{
}
