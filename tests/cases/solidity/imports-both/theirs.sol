import "./A.sol";
import "./D.sol";

contract B {}
