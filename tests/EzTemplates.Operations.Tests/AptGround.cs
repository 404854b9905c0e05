using System.Text;
using EzTemplates.Repositories;
using EzTemplates.Testing;

namespace EzTemplates.Operations.Tests;

/// <summary>
/// An APT with a root of its own over the very indexes that were fetched and verified: they are laid out as a mirror of files. Nothing of
/// the machine's APT counts.
/// </summary>
internal sealed class AptGround(TempFolder temp, string metadata)
{
    private readonly Dictionary<string, string?> _environment = new() { ["APT_CONFIG"] = temp.At("apt.conf"), ["LC_ALL"] = "C.UTF-8" };

    /// <param name="preferences">apt_preferences(5).</param>
    public void Make(IReadOnlyList<AptSnapshot> snapshots, string preferences, params IReadOnlyList<string> architectures)
    {
        foreach (var snapshot in snapshots)
        {
            PlaceSuite(snapshot);
        }

        var suites = snapshots.Select(s => $"deb [trusted=yes] file:{temp.At("mirror", s.Repository)} {s.Suite} main\n").Distinct();
        temp.WriteFile("apt/etc/sources.list", string.Concat(suites));
        temp.WriteFile("apt/etc/preferences", preferences);
        temp.WriteFile("apt/status", "");
        foreach (var folder in (string[])["apt/etc/preferences.d", "apt/etc/apt.conf.d", "apt/etc/sources.list.d", "apt/lists/partial", "apt/cache/archives/partial"])
        {
            temp.MakeFolder(folder);
        }

        temp.WriteFile(
            "apt.conf",
            $"Dir::Etc \"{temp.At("apt/etc")}\"; Dir::State \"{temp.At("apt")}\"; Dir::State::lists \"{temp.At("apt/lists")}\"; Dir::State::status \"{temp.At("apt/status")}\";\n"
            + $"Dir::Cache \"{temp.At("apt/cache")}\"; APT::Sandbox::User \"\"; Acquire::Languages \"none\"; Debug::NoLocking \"1\";\n"
            + $"APT::Architecture \"{architectures[0]}\"; APT::Architectures {{ {string.Concat(architectures.Select(a => $"\"{a}\"; "))}}};\n");
        Run("apt-get", "update").Succeed();
    }

    public ToolRun Run(string tool, params IReadOnlyList<string> arguments) =>
        ToolRun.Run(new ToolCommand(tool, arguments) { Environment = _environment, Timeout = TimeSpan.FromMinutes(5) });

    /// <summary>The suite as the mirror has it: the Release as it came, and the indexes beside it.</summary>
    private void PlaceSuite(AptSnapshot snapshot)
    {
        var suite = Path.Combine("mirror", snapshot.Repository, "dists", snapshot.Suite);
        var digest = snapshot.Indexes[0].Packed.Sha256.ToString();
        var release = Directory.EnumerateFiles(Path.Combine(metadata, "releases")).Select(File.ReadAllBytes)
            .First(text => Encoding.UTF8.GetString(text).Contains(digest, StringComparison.Ordinal));
        temp.WriteFile(Path.Combine(suite, "InRelease"), release);
        foreach (var index in snapshot.Indexes)
        {
            temp.WriteFile(Path.Combine(suite, index.Name), File.ReadAllBytes(index.FilePath));
        }
    }
}
