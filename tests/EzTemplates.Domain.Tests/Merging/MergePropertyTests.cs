using EzTemplates.Domain.Merging;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Domain.Tests.Merging;

/// <summary>What holds for every format, on random files and random changes of records.</summary>
public sealed class MergePropertyTests
{
    private static readonly string[] Choices = [.. Enumerable.Range(0, 14).Select(n => $"/usr/bin/c{n:D2}")];

    /// <summary>A path, and the file that has these records, each with a value.</summary>
    public static TheoryData<string> Paths =>
    [
        "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/etc/subuid", "/etc/subgid", "/etc/shells", "/var/lib/dpkg/status", "/var/lib/dpkg/diversions", "/var/lib/dpkg/statoverride",
        "/var/lib/dpkg/triggers/File", "/var/lib/dpkg/triggers/Unincorp", "/var/lib/dpkg/triggers/ldconfig", "/var/lib/dpkg/alternatives/editor", "/var/lib/apt/extended_states",
        "/var/cache/debconf/config.dat", "/var/cache/debconf/templates.dat", "/var/lib/ucf/hashfile", "/var/lib/ucf/registry",
    ];

    [Theory]
    [MemberData(nameof(Paths))]
    public void Changes_of_different_records_are_all_there_and_going_back_takes_out_the_version_s(string path)
    {
        var random = TestSeed.Random("merge " + path);
        for (var round = 0; round < 60; round++)
        {
            var old = Enumerable.Range(0, 10).Where(_ => random.Next(4) > 0).ToDictionary(key => key, _ => 0);
            var (own, next) = (new Dictionary<int, int>(old), new Dictionary<int, int>(old));
            foreach (var key in Enumerable.Range(0, Choices.Length).Where(_ => random.Next(3) == 0))
            {
                Change(random.Next(2) == 0 ? own : next, key, random);
            }

            var expected = Enumerable.Range(0, Choices.Length)
                .Select(key => (Key: key, Value: Value(own, key) == Value(old, key) ? Value(next, key) : Value(own, key))).Where(row => row.Value is not null).ToDictionary(row => row.Key, row => row.Value!.Value);
            string before = Text(path, old), mine = Text(path, own), after = Text(path, next);
            var merged = StateMerge.Merge(TreePath.Parse(path), new ThreeTexts(before, mine, after));
            Assert.True(merged.Conflicts.IsEmpty, $"{string.Join("; ", merged.Conflicts)}; {TestSeed.Hint}");
            Same(Text(path, expected), merged.Text!, path);
            Same(merged.Text!, StateMerge.Merge(TreePath.Parse(path), new ThreeTexts(before, after, mine)).Text!, path);
            Same(mine, StateMerge.Merge(TreePath.Parse(path), new ThreeTexts(after, merged.Text!, before)).Text!, path);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void A_side_that_changed_nothing_leaves_the_other_byte_for_byte_whatever_it_is(string path)
    {
        var at = TreePath.Parse(path);
        foreach (var odd in (string[])["", "\n", "no end", "\0\n\n\n", Text(path, new() { [1] = 0 }) + Text(path, new() { [1] = 1 })])
        {
            var base0 = Text(path, new() { [0] = 0, [2] = 1 });
            Assert.Equal(odd, StateMerge.Merge(at, new ThreeTexts(base0, odd, base0)).Text);
            Assert.Equal(odd, StateMerge.Merge(at, new ThreeTexts(base0, base0, odd)).Text);
            Assert.Equal(odd, StateMerge.Merge(at, new ThreeTexts(base0, odd, odd)).Text);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Any_bytes_are_merged_or_refused_by_name(string path)
    {
        var random = TestSeed.Random("malformed " + path);
        for (var round = 0; round < 200; round++)
        {
            var outcome = StateMerge.Merge(TreePath.Parse(path), new ThreeTexts(Spoiled(path, random), Spoiled(path, random), Spoiled(path, random)));
            Assert.Equal(outcome.Text is null, outcome.Conflicts.Length > 0);
        }
    }

    private static int? Value(Dictionary<int, int> side, int key) => side.TryGetValue(key, out var value) ? value : null;

    private static void Change(Dictionary<int, int> side, int key, Random random)
    {
        if (side.Remove(key) && random.Next(2) == 0)
        {
            return;
        }

        side[key] = random.Next(1, 5);
    }

    private static string Spoiled(string path, Random random)
    {
        var text = Text(path, Enumerable.Range(0, 4).Where(_ => random.Next(2) == 0).ToDictionary(key => key, _ => random.Next(3))).ToCharArray();
        for (var i = random.Next(3); i > 0 && text.Length > 0; i--)
        {
            text[random.Next(text.Length)] = ":\n \0/x"[random.Next(6)];
        }

        return new string(text);
    }

    /// <summary>Equal as sets of lines: the order is the private side's.</summary>
    private static void Same(string expected, string text, string path) =>
        Assert.True(expected.Split('\n').Order(StringComparer.Ordinal).SequenceEqual(text.Split('\n').Order(StringComparer.Ordinal)), $"{path}:\n{text}\nin place of\n{expected}\n{TestSeed.Hint}");

    private static string Text(string path, Dictionary<int, int> records)
    {
        var rows = records.OrderBy(row => row.Key).ToList();
        var text = string.Concat(rows.Select(row => Record(path, row.Key, row.Value)));
        return path != "/var/lib/dpkg/alternatives/editor" ? text : text.Length == 0 ? "" : $"auto\n/usr/bin/editor\n\n{text}\n";
    }

    private static string Record(string path, int key, int value) => path switch
    {
        "/etc/passwd" => $"u{key}:x:{key}:{value}::/home/{value}:/bin/sh\n",
        "/etc/group" => $"g{key}:x:{key}:m{value}\n",
        "/etc/shadow" => $"u{key}:*:19700:{value}:::::\n",
        "/etc/gshadow" => $"g{key}:*:a{value}:m{value}\n",
        "/etc/subuid" or "/etc/subgid" => $"u{key}:{(key * 1000) + (value * 100)}:100\n",
        "/etc/shells" => $"/bin/s{key}-{value}\n",
        "/var/lib/dpkg/status" => $"Package: p{(char)('a' + key)}\nStatus: install ok installed\nArchitecture: all\nVersion: {value}\n\n",
        "/var/lib/dpkg/diversions" => $"/p{key}\n/p{key}.{value}\npackage\n",
        "/var/lib/dpkg/statoverride" => $"root root {value} /p{key}\n",
        "/var/lib/dpkg/triggers/File" => $"/p{key} a{(value % 2 == 0 ? "/noawait" : "")}\n",
        "/var/lib/dpkg/triggers/Unincorp" => $"t{key} a{value}\n",
        "/var/lib/dpkg/triggers/ldconfig" => $"p{key}{(value % 2 == 0 ? "/noawait" : "")}\n",
        "/var/lib/dpkg/alternatives/editor" => $"{Choices[key]}\n{value}\n",
        "/var/lib/apt/extended_states" => $"Package: p{key}\nArchitecture: all\nAuto-Installed: {value}\n\n",
        "/var/lib/ucf/hashfile" => $"{value}  /etc/{key}\n",
        "/var/lib/ucf/registry" => $"p{value} \t /etc/{key}\n",
        _ => $"Name: q{key}\nValue: {value}\nOwners: o\n\n",
    };
}
