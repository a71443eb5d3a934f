/*
 * What an error of AWS means: a code for the program, advice for the person,
 * and how to find it in a reply.
 *
 * A reply's error lies in the body's "__type" and "message" (or "Message"),
 * else in the header x-amzn-ErrorType, else, from gateways and Moto's
 * authorization, in <Code> and <Message> of an XML body. The message is data
 * from outside: it is passed on, shortened, and without the value sent (T5).
 * Source: CONTRACTS 1.1, 1.2, 11.3.
 */
#ifndef FLOW_AWS_FAULT_H
#define FLOW_AWS_FAULT_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/err.h"

enum { FLOW_AWS_ERROR_MAX = 96, FLOW_AWS_MESSAGE_MAX = 640 }; /* bytes with the NUL */

struct flow_aws_fault {
    char error[FLOW_AWS_ERROR_MAX];     /* "ParameterNotFound"; "": none was given */
    char message[FLOW_AWS_MESSAGE_MAX]; /* the service's own words; "": none */
};

/*
 * type_header: x-amzn-ErrorType, NULL where it is missing. hidden: what the
 * request sent and the message may not repeat, whole, encoded or in part: the
 * value, and the session token, which a wrong signature is answered with, in
 * the canonical request as the service made it. Length 0: none.
 */
void flow_aws_fault_read(struct flow_bytes body, const char *type_header,
                         const struct flow_bytes *hidden, size_t hidden_count,
                         struct flow_aws_fault *ret_fault);

/* The code for an error, by its name, else by the HTTP status. */
enum flow_code flow_aws_fault_code(const char *error, unsigned status);

/* What to do about it; NULL: nothing is known. */
const char *flow_aws_fault_advice(const char *error, enum flow_code code);

/* True where a decrypting read was refused and the same one without decryption may not be: the
 * right to the parameter, or to its key, is missing, or the key is off (T40). */
bool flow_aws_fault_may_be_key(const char *error);

#endif
