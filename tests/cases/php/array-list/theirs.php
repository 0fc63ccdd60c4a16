<?php
return [
    1,
    3,
];
