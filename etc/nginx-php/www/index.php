<?php
/* The application of nginx-php.conf: it says which process answers. */
header('Content-Type: text/plain');
printf("Hello from %s, process %d\n", getenv('SUPERVISOR_PROCESS_NAME'), getmypid());
