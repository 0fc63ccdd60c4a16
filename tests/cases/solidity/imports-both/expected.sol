import "./A.sol";
import "./C.sol";
import "./D.sol";

contract B {}
