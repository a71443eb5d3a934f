#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"

static void make_directory(const char *path, mode_t mode)
{
    if (mkdir(path, 0700) != 0 || chmod(path, mode) != 0)
        abort();
}

static struct flow_environ *make_environ(char *const *envp)
{
    struct flow_environ *env = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    OK(flow_environ_copy(envp, &env, &err), err);
    return env;
}

TEST("the user's directories follow XDG, and a relative value is no value")
{
    static const struct {
        const char *home, *xdg;
        enum flow_dir dir;
        const char *name, *expected;
    } cases[] = {
        {"HOME=/h", "XDG_DATA_HOME=", FLOW_DIR_DATA, "vault", "/h/.local/share/flowenv/vault"},
        {"HOME=/h", "XDG_DATA_HOME=/d", FLOW_DIR_DATA, "vault", "/d/flowenv/vault"},
        {"HOME=/h", "XDG_STATE_HOME=d", FLOW_DIR_STATE, NULL, "/h/.local/state/flowenv"},
        {"HOME=", "XDG_CONFIG_HOME=/c", FLOW_DIR_CONFIG, "key", "/c/flowenv/key"},
        {"HOME=/h", "XDG_DATA_HOME=/d", FLOW_DIR_CONFIG, "key", "/h/.config/flowenv/key"},
    };
    struct flow_str path = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    struct flow_err err = FLOW_ERR_INIT;

    for (size_t i = 0; i < FLOW_COUNT(cases); i++) {
        FLOW_CLEANUP(flow_environ_freep)
        struct flow_environ *env = make_environ(TEST_ENVP(cases[i].home, cases[i].xdg));

        OK(flow_path_user(env, cases[i].dir, cases[i].name, &path, &err), err);
        EXPECT_STR(path.text, cases[i].expected);
    }
    flow_str_done(&path);
}

TEST("without HOME and XDG the message says what to set")
{
    FLOW_CLEANUP(flow_environ_freep)
    struct flow_environ *env = make_environ(TEST_ENVP("HOME=relative"));
    struct flow_str path = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    struct flow_err err = FLOW_ERR_INIT;

    EXPECT_CODE(flow_path_user(env, FLOW_DIR_STATE, NULL, &path, &err), FLOW_E_NOT_FOUND);
    EXPECT_PRESENT("XDG_STATE_HOME", err.text);
    EXPECT_PRESENT("set HOME", err.text);
    flow_str_done(&path);
}

TEST("join puts one slash between, and an absolute name stands alone")
{
    static const struct {
        const char *directory, *name, *expected;
    } cases[] = {{"/a", "b", "/a/b"}, {"/a/", "b", "/a/b"}, {"/", "b", "/b"},
                 {"", "b", "b"},      {"/a", "/b", "/b"},   {"a", "b/c", "a/b/c"}};
    struct flow_str path = FLOW_STR_INIT(8);
    struct flow_err err = FLOW_ERR_INIT;

    for (size_t i = 0; i < FLOW_COUNT(cases); i++) {
        OK(flow_path_join(cases[i].directory, cases[i].name, &path, &err), err);
        EXPECT_STR(path.text, cases[i].expected);
    }
    EXPECT_CODE(flow_path_join("/long", "name", &path, &err), FLOW_E_LIMIT);
    flow_str_done(&path);
}

/* find/ is HOME; find/project/flowenv.ini and find/project/a/b, and outside.ini beside find. */
static struct flow_environ *make_tree(void)
{
    char home[1100];

    (void)snprintf(home, sizeof home, "HOME=%s", test_path("find"));
    if (access(test_path("find"), F_OK) != 0) {
        make_directory(test_path("find"), 0700);
        make_directory(test_path("find/project"), 0755);
        make_directory(test_path("find/project/a"), 0755);
        make_directory(test_path("find/project/a/b"), 0755);
        test_write_file(test_path("find/project/flowenv.ini"), "", 0);
        test_write_file(test_path("find/home.ini"), "", 0);
        test_write_file(test_path("outside.ini"), "", 0);
    }
    return make_environ(TEST_ENVP(home));
}

static enum flow_code find(const char *start, const char *name, char found[1024],
                           struct flow_err *err)
{
    FLOW_CLEANUP(flow_environ_freep) struct flow_environ *env = make_tree();
    FLOW_CLEANUP(flow_str_done) struct flow_str directory = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    enum flow_code code = flow_path_find_up(env, test_path(start), name, NULL, 0, &directory, err);

    (void)snprintf(found, 1024, "%s", directory.text);
    return code;
}

TEST("the project is found from where one stands upward, HOME being the last place looked at")
{
    struct flow_err err = FLOW_ERR_INIT;
    char found[1024];

    flow_environ_free(make_tree());
    OK(find("find/project/a/b", "flowenv.ini", found, &err), err);
    EXPECT_STR(strrchr(found, '/'), "/project");
    OK(find("find/project", "flowenv.ini", found, &err), err);
    OK(find("find/project/a", "home.ini", found, &err), err);
    EXPECT_STR(strrchr(found, '/'), "/find");
    EXPECT_CODE(find("find/project/a", "outside.ini", found, &err), FLOW_E_NOT_FOUND);
    EXPECT_CODE(find("find/nowhere", "flowenv.ini", found, &err), FLOW_E_IO);
    EXPECT_PRESENT("nowhere", err.text);
}

TEST("the way to the project may be a link; the answer is where it leads")
{
    struct flow_err err = FLOW_ERR_INIT;
    char found[1024];

    flow_environ_free(make_tree());
    EXPECT_INT(symlink(test_path("find/project/a"), test_path("find/shortcut")), 0);
    OK(find("find/shortcut", "flowenv.ini", found, &err), err);
    EXPECT_STR(strrchr(found, '/'), "/project");
}

TEST("in a directory that everybody may write to, a file is not believed, and the search ends")
{
    struct flow_err err = FLOW_ERR_INIT;
    char found[1024];

    flow_environ_free(make_tree());
    make_directory(test_path("find/project/shared"), 0777);
    make_directory(test_path("find/project/shared/mine"), 0755);
    EXPECT_CODE(find("find/project/shared/mine", "flowenv.ini", found, &err), FLOW_E_NOT_FOUND);
    test_write_file(test_path("find/project/shared/flowenv.ini"), "", 0);
    EXPECT_CODE(find("find/project/shared/mine", "flowenv.ini", found, &err), FLOW_E_UNTRUSTED);
    EXPECT_PRESENT("written by everybody", err.text);
    EXPECT_STR(found, "");
    EXPECT_INT(chmod(test_path("find/project/shared"), 0755), 0);
    OK(find("find/project/shared/mine", "flowenv.ini", found, &err), err);
    EXPECT_INT(chmod(test_path("find/project/shared/flowenv.ini"), 0666), 0);
    EXPECT_CODE(find("find/project/shared/mine", "flowenv.ini", found, &err), FLOW_E_UNTRUSTED);
}

TEST("a directory that the user trusts, and all below it, is believed whoever may write to it")
{
    FLOW_CLEANUP(flow_environ_freep) struct flow_environ *env = make_tree();
    FLOW_CLEANUP(flow_str_done) struct flow_str found = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    FLOW_CLEANUP(flow_freep) char *trusted = NULL;
    struct flow_err err = FLOW_ERR_INIT;

    make_directory(test_path("find/project/open"), 0777);
    make_directory(test_path("find/project/open-too"), 0777);
    test_write_file(test_path("find/project/open/flowenv.ini"), "", 0);
    test_write_file(test_path("find/project/open-too/flowenv.ini"), "", 0);
    trusted = realpath(test_path("find/project/open"), NULL);
    OK(flow_path_find_up(env, trusted, "flowenv.ini", &trusted, 1, &found, &err), err);
    EXPECT_STR(found.text, trusted);
    EXPECT_CODE(flow_path_find_up(env, test_path("find/project/open-too"), "flowenv.ini", &trusted,
                                  1, &found, &err),
                FLOW_E_UNTRUSTED);
    EXPECT_PRESENT("trusted_dirs", err.text);
}

TEST("another user's directory is not searched, nor one of a group that is not ours")
{
    struct flow_err err = FLOW_ERR_INIT;
    char found[1024];

    if (geteuid() != 0)
        SKIP("only root can give a directory to another user");
    flow_environ_free(make_tree());
    make_directory(test_path("find/project/theirs"), 0755);
    EXPECT_INT(chown(test_path("find/project/theirs"), 4242, getegid()), 0);
    EXPECT_CODE(find("find/project/theirs", "flowenv.ini", found, &err), FLOW_E_NOT_FOUND);
    test_write_file(test_path("find/project/theirs/flowenv.ini"), "", 0);
    EXPECT_CODE(find("find/project/theirs", "flowenv.ini", found, &err), FLOW_E_UNTRUSTED);
    EXPECT_PRESENT("another user", err.text);
    EXPECT_INT(chown(test_path("find/project/theirs"), 0, 4242), 0);
    OK(find("find/project/theirs", "flowenv.ini", found, &err), err);
    EXPECT_INT(chmod(test_path("find/project/theirs"), 0775), 0);
    EXPECT_CODE(find("find/project/theirs", "flowenv.ini", found, &err), FLOW_E_UNTRUSTED);
}

TEST("the search does not cross a mount")
{
    FLOW_CLEANUP(flow_environ_freep) struct flow_environ *env = make_environ(TEST_ENVP("CI=1"));
    struct flow_str directory = FLOW_STR_INIT(FLOW_STR_PATH_MAX);
    struct flow_err err = FLOW_ERR_INIT;
    struct stat root, proc;

    if (stat("/", &root) != 0 || stat("/proc/self", &proc) != 0 || root.st_dev == proc.st_dev)
        SKIP("/proc is no mount of its own here");
    EXPECT_CODE(flow_path_find_up(env, "/proc/self", "proc", NULL, 0, &directory, &err),
                FLOW_E_NOT_FOUND);
    OK(flow_path_find_up(env, "/usr", "proc", NULL, 0, &directory, &err), err);
    EXPECT_STR(directory.text, "/");
    flow_str_done(&directory);
}

TEST("inside means inside once links and dots are resolved, for what does not exist yet too")
{
    static const struct {
        const char *path;
        bool inside;
    } cases[] = {
        {"in", true},         {"in/", true},        {"in/file", true},
        {"in/new/x", true},   {"in/../in/x", true}, {"in2", false},
        {"in/..", false},     {"in/../out", false}, {"in/new/../../out", false},
        {"in/link", false},   {"in/link/x", false}, {"in/dangling", false},
        {"in/./new/.", true}, {".", false},         {"in/file/x", false},
    };

    make_directory(test_path("in"), 0700);
    make_directory(test_path("out"), 0700);
    test_write_file(test_path("in/file"), "", 0);
    EXPECT_INT(symlink("../out", test_path("in/link")), 0);
    EXPECT_INT(symlink("../out/new", test_path("in/dangling")), 0);
    for (size_t i = 0; i < FLOW_COUNT(cases); i++)
        EXPECT_INT(flow_path_is_inside(test_path(cases[i].path), test_path("in")), cases[i].inside);
    EXPECT(flow_path_is_inside("/etc/new", "/"));
    EXPECT(flow_path_is_inside("new", "."));
    EXPECT(!flow_path_is_inside(test_path("in"), test_path("none")));
}
