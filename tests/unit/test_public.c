#include "support/test.h"

#include "text/names.h"

TEST("a name sounds like a secret by its words, not by its letters")
{
    EXPECT(flow_name_sounds_secret("STRIPE_SECRET_KEY"));
    EXPECT(flow_name_sounds_secret("github-token"));
    EXPECT(flow_name_sounds_secret("Password"));
    EXPECT(!flow_name_sounds_secret("MONKEY_BARS"));
    EXPECT(!flow_name_sounds_secret("KEYBOARD"));
    EXPECT(!flow_name_sounds_secret(""));
}

TEST("what is public by its prefix never sounds like a secret")
{
    EXPECT_STR(flow_name_public_prefix("VITE_STRIPE_KEY"), "VITE_");
    EXPECT_NULL(flow_name_public_prefix("STRIPE_VITE_KEY"));
    EXPECT(!flow_name_sounds_secret("VITE_STRIPE_KEY"));
}
