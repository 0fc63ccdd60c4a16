<?php
return [
    1,
];
