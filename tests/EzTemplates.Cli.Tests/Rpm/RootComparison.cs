using EzTemplates.Cli.Tests.Real;

namespace EzTemplates.Cli.Tests.Rpm;

/// <summary>A mounted environment of rpm packages beside a root that dnf made of the same: trees, rpm's database, and what rpm and dnf say of both.</summary>
internal sealed class RootComparison(DnfRoot dnf, PeerDifferences allowed)
{
    /// <summary>Of the environment that was compared.</summary>
    public int Paths { get; private set; }

    /// <returns>What differs, and is not allowed to.</returns>
    public List<string> Compare(string ours, string theirs, long epoch)
    {
        var (our, their) = (ComparedTree.Read(ours, epoch), ComparedTree.Read(theirs, epoch));
        Paths = our.Lines.Count;
        var told = ComparedTree.Differences(our, their).Where(both => !allowed.Allow(both.Path)).Select(both => $"{both.Path}: {both.Ours}; dnf has {both.Theirs}, of {string.Join(' ', dnf.Rpm(theirs, "-qf", "--qf", "%{DBINSTANCE} %{NAME} [%{FILENAMES} %{FILEMTIMES} %{FILEFLAGS:fflags},]\n", both.Path).Lines.Select(line => OwnerOf(line, both.Path)))}").ToList();
        Tell("database", RpmDatabasePicture.Of(ours), RpmDatabasePicture.Of(theirs));
        Tell("rpm -qa", dnf.Installed(ours), dnf.Installed(theirs));
        Tell("rpm -Va", dnf.Verify(ours), dnf.Verify(theirs));
        Tell("dnf check", dnf.Check(ours).Split('\n'), dnf.Check(theirs).Split('\n'));
        return told;

        void Tell(string what, IReadOnlyList<string> mine, IReadOnlyList<string> others)
        {
            told.AddRange(mine.Except(others).Select(line => $"{what}: only ez has {line}"));
            told.AddRange(others.Except(mine).Select(line => $"{what}: only dnf has {line}"));
            if (told.Count == 0 && !mine.SequenceEqual(others))
            {
                told.Add($"{what}: {mine.Count} lines in another order or number than dnf's {others.Count}");
            }
        }
    }

    /// <summary>Number and name of a package, and what its header says of a path.</summary>
    private static string OwnerOf(string line, string path)
    {
        var words = line.Split(' ', 3);
        return $"{words[0]} {words[1]} ({words[^1].Split(',').FirstOrDefault(file => file.StartsWith(path + " ", StringComparison.Ordinal))})";
    }
}
