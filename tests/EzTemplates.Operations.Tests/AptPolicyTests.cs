using EzTemplates.Domain;
using EzTemplates.Solver;
using EzTemplates.Testing;

namespace EzTemplates.Operations.Tests;

/// <summary>
/// Which version of a package comes first, beside <c>apt-cache policy</c> over the very same indexes: four suites of this machine's
/// mirror, with and without pins. APT has a root of its own and reads what was fetched and verified from files.
/// </summary>
public sealed class AptPolicyTests : IDisposable
{
    private const string NoPins = "[]";

    private const string Pins =
        """
        [
          {package: "linux-*", source: "debian/bookworm-backports", priority: 700},
          {package: "python3*", version: "3.11.2*", priority: 1001},
          {package: "libc*", source: "security/*", priority: 50},
          {package: "*", source: "debian/bookworm-updates", priority: 400},
          {package: "golang-*", source: "*/*", priority: -1},
          {package: "*", source: "debian/bookworm-backports", priority: 550},
          {package: "nginx", source: "debian/bookworm", priority: 990},
          {package: "firefox-esr*", version: "*~deb12u1", priority: 1}
        ]
        """;

    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(NoPins)]
    [InlineData(Pins)]
    public async Task Candidates_are_those_of_apt(string pins)
    {
        Requires.HostMirror();
        Requires.Tool("gpgv");
        Requires.Tool("apt-cache");
        var file = RecipeFile.Load(_temp.WriteFile("four.yaml", Recipe(pins)));
        using var workspace = new Workspace(new WorkspaceOptions { StoreRoot = _temp.At("store") }, _ => { }, TimeProvider.System);
        var ground = await DebGround.OpenAsync(workspace, file, null, TestContext.Current.CancellationToken);
        Assert.Equal(4, ground.Suites.Length);
        var choice = new DebChoice(ground.Universe, LockRequest.Of(ground, file, null, null, UpdateScope.All));
        var names = Draw(ground.Universe, 1000);
        var apt = PolicyOfApt(ground, file.Recipe.Pins, names);
        var differences = names
            .Select(name => (Name: name, Apt: apt[name], Ours: choice.Candidate(name) is { } package ? ground.Universe.Text(ground.Universe.Versions[package.Value]) : "(none)"))
            .Where(row => row.Apt != row.Ours)
            .Select(row => $"{row.Name}: APT {row.Apt}, we {row.Ours}")
            .ToList();
        TestNotes.Write($"{names.Count - differences.Count} of {names.Count} agree");
        Assert.True(differences.Count == 0, string.Join('\n', differences.Take(20)) + '\n' + TestSeed.Hint);
    }

    private static string Recipe(string pins) =>
        $$"""
        format: 1
        name: four
        kind: os
        version: "1.0"
        family: deb
        architecture: amd64
        repositories:
          - {id: debian, mirrors: [host], suites: [bookworm, bookworm-updates, bookworm-backports], components: [main], keys: host}
          - {id: security, mirrors: [host], suites: [bookworm-security], components: [main], keys: host}
        packages: [bash]
        pins: {{pins.ReplaceLineEndings(" ")}}

        """;

    /// <summary>Half of them have several versions, where there is something to choose.</summary>
    private static List<string> Draw(PackageUniverse universe, int count)
    {
        var random = TestSeed.Random("apt policy");
        var byName = Enumerable.Range(0, universe.PackageCount)
            .GroupBy(i => universe.Text(universe.Names[i]), StringComparer.Ordinal)
            .Select(g => (Name: g.Key, Versions: g.Count()))
            .OrderBy(_ => random.Next())
            .ToList();
        return [.. byName.Where(n => n.Versions > 1).Take(count / 2).Concat(byName.Where(n => n.Versions == 1)).Take(count).Select(n => n.Name)];
    }

    private Dictionary<string, string> PolicyOfApt(DebGround ground, IReadOnlyList<PackagePin> pins, List<string> names)
    {
        var apt = new AptGround(_temp, _temp.At("store", "store", "metadata"));
        apt.Make(ground.Suites, string.Concat(pins.Select(pin => Preference(pin, ground))), "amd64");
        return Candidates(apt.Run("apt-cache", ["policy", .. names]).Succeed());
    }

    private static Dictionary<string, string> Candidates(ToolRun run)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var name = "";
        foreach (var line in run.Lines)
        {
            if (line[0] != ' ')
            {
                name = line.TrimEnd(':');
            }
            else if (line.StartsWith("  Candidate: ", StringComparison.Ordinal))
            {
                found[name] = line["  Candidate: ".Length..];
            }
        }

        return found;
    }

    private static string Preference(PackagePin pin, DebGround ground)
    {
        if (pin.Version.Length > 0)
        {
            return $"Package: {pin.Package}\nPin: version {pin.Version}\nPin-Priority: {pin.Priority}\n\n";
        }

        // A pattern of sources is a record for each of them; those that it does not speak of have none.
        var pattern = "^" + System.Text.RegularExpressions.Regex.Escape(pin.Source).Replace("\\*", ".*", StringComparison.Ordinal) + "$";
        return string.Concat(ground.Suites
            .Where(s => System.Text.RegularExpressions.Regex.IsMatch(s.Source, pattern))
            .Select(s => $"Package: {pin.Package}\nPin: release n={s.Release.Codename}\nPin-Priority: {pin.Priority}\n\n"));
    }
}
