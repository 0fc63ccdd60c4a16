pragma solidity ^0.8.0;

import "./A.sol";
import "./D.sol";

contract C {
    uint256 internal total;
}
