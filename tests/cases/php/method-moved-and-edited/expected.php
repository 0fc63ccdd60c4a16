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

    public function load(string $path, $mode)
    {
        $data = read($path, $mode);
        $rows = parseRows($data, self::LIMIT);
        if ($rows && $data) {
            emit($rows);
        }
        return $rows;
    }
}
