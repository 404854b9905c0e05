using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>Users and groups have the numbers of the table beside the OS recipe, whichever tool makes them and whatever is built first.</summary>
public sealed class IdsTests(IdsGround shared) : IClassFixture<IdsGround>
{
    private const string AllRows = "ez-ids 1\nuser alpha 200\ngroup alpha 200\nuser beta 201\ngroup beta 201\nuser gamma 202\ngroup gamma 202\ngroup gamma-logs 203\n";

    private readonly EzProgram _ez = shared.Ground.Ez;

    [Fact]
    public void Whichever_tool_makes_a_user_it_has_the_numbers_of_the_table()
    {
        var folder = shared.NewFolder("tools");
        var built = _ez.Succeed("build", folder.App("tools", "box", "gamma, beta, alpha, delta"));
        Assert.Equal(
            "ez-ids 1\ngroup delta 200\nuser alpha 201\ngroup alpha 201\nuser beta 202\ngroup beta 202\nuser gamma 203\ngroup gamma 203\ngroup gamma-logs 204\n", Table(folder));
        Assert.Contains($"`{TablePath(folder)}` has new rows, which belong into version control: user alpha 201, ", built.Error, StringComparison.Ordinal);
        Assert.Equal(
            ["group alpha 201", "group beta 202", "group delta 200", "group gamma 203", "group gamma-logs 204", "user alpha 201", "user beta 202", "user gamma 203"], Ids(folder, "tools"));
        Assert.Empty(Ids(folder, "box"));

        Assert.Equal("201:201\n203:204\n", Sh("cat /alpha-number /gamma-number"));
        Assert.Equal("201:201\n203:204\n0:200\n65000:0\n201:201\n", Sh("stat -c %u:%g /alpha-file /gamma-file /delta-file /asked-file /var/lib/alpha"));
        Assert.Equal("6754 202:202 2\n6754 202:202 2\n755 202:202 2\n1770 202:202 2\n", Sh("cd /usr/share/beta; stat -c '%a %u:%g %h' tool same own made"));
        Assert.Equal(
            ["alpha 201:201", "asked 65000:202", "beta 202:202", "gamma 203:203"],
            Sh("cat /etc/passwd").Split('\n')[2..^1].Select(line => line.Split(':')).Select(row => $"{row[0]} {row[2]}:{row[3]}").Order(StringComparer.Ordinal));
        Assert.Equal(
            "# as it was\nUID_POOL=\n# by delta\nu gamma - \"Gamma\"\ng gamma-logs -\n", Sh("cat /etc/adduser.conf /usr/lib/sysusers.d/gamma.conf; test ! -e /var/lib/dpkg/.ez-ids"));

        string Sh(string script) => _ez.Succeed("run", "tools", "--", "sh", "-c", script).Output;
    }

    [Fact]
    public void Numbers_and_manifests_do_not_follow_the_order_of_builds_and_a_lock_needs_no_table()
    {
        var folder = shared.NewFolder("orders");
        string[] recipes = [folder.App("one", "box", "alpha, beta"), folder.App("two", "box", "beta, gamma")];
        _ez.Succeed(["build", .. recipes]);
        Assert.Equal(AllRows, Table(folder));
        Assert.Equal(["group beta 201", "group gamma 202", "group gamma-logs 203", "user beta 201", "user gamma 202"], Ids(folder, "two"));
        string[] expected = [Manifest(_ez, "one"), Manifest(_ez, "two"), Together("one", "two")];
        Assert.EndsWith("\n201:201\n??5??????   /etc/group\n??5??????   /etc/passwd\n", expected[2], StringComparison.Ordinal);

        // The other way round, from locks that do not have their rows yet.
        _ez.Succeed("template", "remove", "one@1.0.0", "two@1.0.0");
        Forget(folder, "one");
        Forget(folder, "two");
        _ez.Succeed(["build", .. recipes.Reverse()]);
        Assert.Equal(expected, (string[])[Manifest(_ez, "one"), Manifest(_ez, "two"), Together("two", "one")]);
        Assert.Equal(AllRows, Table(folder));

        File.Delete(TablePath(folder));
        var elsewhere = shared.Ground.NewProgram("elsewhere");
        elsewhere.Succeed(["build", "--locked", .. recipes]);
        Assert.Equal(expected[..2], (string[])[Manifest(elsewhere, "one"), Manifest(elsewhere, "two")]);
        Assert.False(File.Exists(TablePath(folder)));

        string Together(string first, string second) =>
            _ez.Run("run", "--with", first, "--with", second, "box", "--", "sh", "-c", "cat /etc/passwd /etc/group; stat -c %u:%g /*-file /usr/share/beta/*; dpkg -V").Output;
    }

    [Fact]
    public void A_lock_that_may_not_change_is_refused_where_it_lacks_a_name_and_nothing_is_written()
    {
        var folder = shared.NewFolder("locked");
        var recipe = folder.App("locked", "box", "beta");
        _ez.Succeed("lock", recipe);
        var before = File.ReadAllBytes(folder.LockOf("locked"));
        var refusal =
            $"ez: the packages of `locked` make the user `beta`, which `ids` of its lock `{folder.LockOf("locked")}` do not have, and --locked changes no lock\n"
            + $"hint: ez build {recipe}, then put the lock and `{TablePath(folder)}` into version control";
        Ground.Fails(_ez.Run("build", recipe, "--locked"), 2, refusal);
        Assert.Equal(before, File.ReadAllBytes(folder.LockOf("locked")));
        Assert.False(File.Exists(TablePath(folder)));
        Assert.NotEqual(0, _ez.Run("template", "show", "locked").ExitCode);

        // Built already, it is refused all the same; without --locked the lock gets its rows, and stays that version.
        _ez.Succeed("build", recipe);
        var after = File.ReadAllBytes(folder.LockOf("locked"));
        Assert.Equal(["group beta 200", "user beta 200"], Ids(folder, "locked"));
        Assert.Contains("\"version\": \"1.0.0\"", File.ReadAllText(folder.LockOf("locked")), StringComparison.Ordinal);
        File.WriteAllBytes(folder.LockOf("locked"), before);
        Ground.Fails(_ez.Run("build", recipe, "--locked"), 2, refusal.Replace("user `beta`", "group `beta`", StringComparison.Ordinal));
        _ez.Succeed("build", recipe);
        Assert.Equal(after, File.ReadAllBytes(folder.LockOf("locked")));
        _ez.Succeed("lock", recipe);
        Assert.Equal(after, File.ReadAllBytes(folder.LockOf("locked")));

        // Another lock takes along what is known.
        folder.App("locked", "box", "beta, gamma");
        _ez.Succeed("lock", recipe);
        Assert.Equal(["group beta 200", "user beta 200"], Ids(folder, "locked"));
    }

    [Fact]
    public void Numbers_that_disagree_are_told_with_both_places()
    {
        var folder = shared.NewFolder("disagreeing");
        var recipe = folder.App("odd", "box", "beta");
        _ez.Succeed("build", recipe);
        var (lockPath, held) = (folder.LockOf("odd"), File.ReadAllText(folder.LockOf("odd")));
        File.WriteAllText(lockPath, held.Replace("\"number\": 200}\n", "\"number\": 300}\n", StringComparison.Ordinal));
        Refused($"the user `beta` has number 300 in `{lockPath}` and 200 in `odd@1.0.0`, which is in the store");

        _ez.Succeed("template", "remove", "odd@1.0.0");
        Refused($"the user `beta` has number 200 in `{TablePath(folder)}` and 300 in `{lockPath}`");
        File.WriteAllText(lockPath, held);
        File.WriteAllText(TablePath(folder), Table(folder).Replace("user beta", "user other", StringComparison.Ordinal));
        Refused($"user 200 is `other` in `{TablePath(folder)}` and `beta` in `{lockPath}`");
        File.WriteAllText(TablePath(folder), "ez-ids 1\nuser beta 200\nuser beta 201\n");
        Refused($"ids `{TablePath(folder)}`, line 3: the user `beta` stands in line 2 already");

        void Refused(string why) => Says(_ez.Run("build", recipe), 2, why);
    }

    [Fact]
    public void Applications_whose_tables_gave_one_number_twice_are_not_shown_together()
    {
        var (ours, theirs) = (shared.NewFolder("ours"), shared.NewFolder("theirs"));
        _ez.Succeed("build", ours.App("ours", "box", "alpha"), theirs.App("theirs", "box", "beta"));
        Says(
            _ez.Run("run", "--with", "ours", "--with", "theirs", "box", "--", "true"),
            125,
            "`ours@1.0.0` and `theirs@1.0.0` do not go together: group 200 is `alpha` in `ours@1.0.0` and `beta` in `theirs@1.0.0`");
    }

    [Fact]
    public async Task Commands_that_meet_new_names_at_once_all_get_theirs_into_the_table()
    {
        var folder = shared.NewFolder("at-once");
        string[] recipes = [folder.App("first", "box", "beta"), folder.App("second", "box", "gamma"), folder.App("third", "box", "alpha")];
        _ez.Succeed(["lock", .. recipes]);

        // Stores of their own have no lock in common.
        EzProgram[] programs = [_ez, shared.Ground.NewProgram("elsewhere"), _ez];
        await Task.WhenAll(recipes.Zip(programs).Select(pair => Task.Run(() => pair.Second.Succeed("build", pair.First), TestContext.Current.CancellationToken)));
        var rows = Table(folder).Split('\n')[1..^1];
        Assert.Equal(7, rows.Length);
        Assert.Equal(rows.Order(StringComparer.Ordinal), Ids(folder, "first").Concat(Ids(folder, "second")).Concat(Ids(folder, "third")).Order(StringComparer.Ordinal));
        Assert.Equal(["box.ids"], Directory.EnumerateFiles(folder.Folder, "box.ids*").Select(Path.GetFileName));

        // A lock that lies beside keeps its numbers also where the table was lost.
        File.Delete(TablePath(folder));
        _ez.Succeed("build", folder.App("fourth", "box", "alpha, gamma"));
        Assert.Equal(rows.Order(StringComparer.Ordinal), Table(folder).Split('\n')[1..^1].Order(StringComparer.Ordinal));
    }

    private static string TablePath(RecipeFolder folder) => Path.Combine(folder.Folder, "box.ids");

    private static string Table(RecipeFolder folder) => File.ReadAllText(TablePath(folder));

    private static string[] Ids(RecipeFolder folder, string name)
    {
        using var held = JsonDocument.Parse(File.ReadAllBytes(folder.LockOf(name)));
        return [.. held.RootElement.GetProperty("ids").EnumerateArray().Select(row => $"{row.GetProperty("kind").GetString()} {row.GetProperty("name").GetString()} {row.GetProperty("number").GetInt32()}")];
    }

    /// <summary>Takes the rows out of a lock, as it was before its first build.</summary>
    private static void Forget(RecipeFolder folder, string name)
    {
        var text = File.ReadAllText(folder.LockOf(name));
        const string start = "\"ids\": [";
        var (from, to) = (text.IndexOf(start, StringComparison.Ordinal) + start.Length, text.IndexOf("],\n  \"packages\"", StringComparison.Ordinal));
        File.WriteAllText(folder.LockOf(name), text[..from] + text[to..]);
    }

    private static string Manifest(EzProgram ez, string template) =>
        ez.Succeed("template", "show", template).Lines.Single(line => line.TrimStart().StartsWith("manifest:", StringComparison.Ordinal));

    private static void Says(ToolRun run, int exitCode, string error)
    {
        Assert.Contains($"ez: {error}\nhint: ", run.Error, StringComparison.Ordinal);
        Assert.Equal(exitCode, run.ExitCode);
    }
}
