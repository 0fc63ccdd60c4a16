<?php

namespace Example;

use Example\Reader;
use Example\Parser;

class Store
{
    public function colors()
    {
        return [
            'red' => 1,
            'green' => 2,
        ];
    }

    public function save(string $path)
    {
        write($path, $this->rows);
    }
}
