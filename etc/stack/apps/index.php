<?php
// The same four addresses for PHP, by FastCGI.
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
header('Content-Type: text/plain');
if ($path === '/') {
    echo getenv('SUPERVISOR_PROCESS_NAME'), ' port none pid ', getmypid(), "\n";
} elseif ($path === '/healthz') {
    echo "well\n";
} elseif ($path === '/count') {
    $wire = fsockopen('127.0.0.1', (int) getenv('REDIS_PORT'), $code, $text, 5);
    fwrite($wire, "*2\r\n\$4\r\nINCR\r\n\$5\r\ncount\r\n");
    echo substr(trim(fgets($wire)), 1), "\n";
} elseif ($_SERVER['REQUEST_METHOD'] === 'PUT' && preg_match('#^/upload/([A-Za-z0-9_-]{1,64}(\.[a-z0-9]{1,8})?)$#', $path, $found)) {
    $files = getenv('FILES');
    is_dir($files) || mkdir($files, 0755, true);
    $temporary = tempnam($files, '.upload');
    file_put_contents($temporary, file_get_contents('php://input'));
    chmod($temporary, 0644);
    rename($temporary, $files . '/' . $found[1]);
    http_response_code(201);
    echo "kept\n";
} else {
    http_response_code(404);
    echo "nothing here\n";
}
