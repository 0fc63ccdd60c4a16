import "./A.sol";
import "./C.sol";

contract B {}
