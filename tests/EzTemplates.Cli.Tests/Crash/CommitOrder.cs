using System.Text.RegularExpressions;
using EzTemplates.Store;

namespace EzTemplates.Cli.Tests;

/// <summary>
/// The order of a commit, judged from the system calls of a build: each name that appears in the store stands for bytes that were
/// made durable before, and what names something appears after the name of that is durable. A disk that loses all that was not
/// synced at the moment of a power loss then still has only whole versions.
/// </summary>
internal static partial class CommitOrder
{
    /// <summary>What to trace.</summary>
    public const string Calls = "openat,write,pwrite64,linkat,rename,renameat,renameat2,fsync,fdatasync,syncfs,mkdirat,mknodat,symlinkat,fsetxattr,lsetxattr";

    /// <param name="lines">What <c>strace -f -y</c> wrote.</param>
    /// <param name="store">The store's root.</param>
    /// <returns>What is out of order; empty if nothing is.</returns>
    public static IReadOnlyList<string> Violations(IEnumerable<string> lines, string store)
    {
        var judge = new Judge(store);
        foreach (var line in lines)
        {
            judge.Read(line);
        }

        return judge.End();
    }

    /// <summary>Calls that other threads' calls interrupt in the log, put together where they end.</summary>
    public static List<string> Whole(IEnumerable<string> lines)
    {
        var begun = new Dictionary<string, string>(StringComparer.Ordinal);
        var whole = new List<string>();
        foreach (var line in lines)
        {
            var pid = line.Split(' ')[0];
            if (line.IndexOf(" <unfinished ...>", StringComparison.Ordinal) is > 0 and var cut)
            {
                begun[pid] = line[..cut];
            }
            else if (line.Contains(" resumed>", StringComparison.Ordinal))
            {
                whole.Add(begun[pid] + line[(line.IndexOf(" resumed>", StringComparison.Ordinal) + " resumed>".Length)..]);
            }
            else
            {
                whole.Add(line);
            }
        }

        return whole;
    }

    private enum Kind
    {
        Object,
        Contents,
        Manifest,
        Layer,
        Version,
        Sidecar,
    }

    private sealed class Judge(string store)
    {
        private readonly string _work = new StoreLayout(store).Work + Path.DirectorySeparatorChar;
        private readonly List<string> _wrong = [];
        private readonly HashSet<Kind> _named = [];
        private readonly HashSet<Kind> _undurableNames = [];
        private readonly HashSet<string> _syncedFiles = new(StringComparer.Ordinal);
        private readonly HashSet<string> _made = new(StringComparer.Ordinal);
        private bool _workWritten;
        private bool _catalogWritten;

        public void Read(string line)
        {
            if (Call().Match(line) is not { Success: true } call)
            {
                return;
            }

            switch (call.Groups["name"].Value)
            {
                case "syncfs":
                    _workWritten = false;
                    _undurableNames.Clear();
                    break;
                case "fsync" or "fdatasync":
                    Sync(Descriptor().Match(line).Groups[1].Value);
                    break;
                case "rename" or "renameat" or "renameat2":
                    Rename(line);
                    break;
                default:
                    Write(line);
                    break;
            }
        }

        public List<string> End()
        {
            foreach (var kind in Enum.GetValues<Kind>().Where(kind => !_named.Contains(kind)))
            {
                _wrong.Add($"nothing of kind {kind} was named: this was no whole build");
            }

            if (!_catalogWritten)
            {
                _wrong.Add("no catalog row was written");
            }

            return _wrong;
        }

        private void Write(string line)
        {
            _made.UnionWith(Quoted().Matches(line).Select(match => Path.GetFileName(match.Groups[1].Value)));
            _workWritten |= line.Contains(_work, StringComparison.Ordinal);
            if (line.Contains(store + "/catalog.db", StringComparison.Ordinal) && line.Contains("write", StringComparison.Ordinal) && _named.Contains(Kind.Contents))
            {
                _catalogWritten |= _named.Contains(Kind.Version);
            }
        }

        private void Sync(string path)
        {
            _syncedFiles.Add(path);
            foreach (var (folder, kinds) in Folders)
            {
                if (path == $"{store}/store/{folder}" || (folder == "versions" && path.StartsWith($"{store}/store/versions/", StringComparison.Ordinal)))
                {
                    _undurableNames.ExceptWith(kinds);
                }
            }
        }

        private void Rename(string line)
        {
            var paths = Quoted().Matches(line).Select(match => match.Groups[1].Value).ToList();
            if (paths.Count != 2 || KindOf(paths[1]) is not { } kind)
            {
                return;
            }

            if (!_made.Contains(Path.GetFileName(paths[0])))
            {
                _wrong.Add($"a {kind} got its name before it was written: {paths[1]}");
            }

            // A record and its sidecars are synced one by one, all else by syncfs.
            if (kind is Kind.Version or Kind.Sidecar ? !_syncedFiles.Contains(paths[0]) : _workWritten)
            {
                _wrong.Add($"a {kind} got its name before its bytes were durable: {paths[1]}");
            }

            foreach (var before in Before(kind).Where(_undurableNames.Contains))
            {
                _wrong.Add($"a {kind} got its name before the name of a {before} was durable: {paths[1]}");
            }

            foreach (var before in Before(kind).Where(before => !_named.Contains(before)))
            {
                _wrong.Add($"a {kind} got its name before any {before}: {paths[1]}");
            }

            if (_catalogWritten)
            {
                _wrong.Add($"a {kind} got its name after the catalog's row: {paths[1]}");
            }

            _named.Add(kind);
            _undurableNames.Add(kind);
        }

        /// <summary>What must be durable, by name, before one of this kind appears.</summary>
        private static Kind[] Before(Kind kind) => kind switch
        {
            Kind.Object => [],
            Kind.Contents => [Kind.Object],
            Kind.Manifest => [Kind.Object, Kind.Contents],
            Kind.Layer => [Kind.Object, Kind.Contents],
            Kind.Sidecar => [Kind.Object, Kind.Contents, Kind.Manifest, Kind.Layer],
            _ => [Kind.Object, Kind.Contents, Kind.Manifest, Kind.Layer, Kind.Sidecar],
        };

        private static readonly (string Folder, Kind[] Kinds)[] Folders =
        [
            ("contents", [Kind.Contents]), ("manifests", [Kind.Manifest]), ("trees", [Kind.Layer]), ("copies", [Kind.Layer]), ("images", [Kind.Layer]), ("versions", [Kind.Version, Kind.Sidecar]),
        ];

        private Kind? KindOf(string path)
        {
            var below = path.StartsWith(store + "/store/", StringComparison.Ordinal) ? path[(store.Length + "/store/".Length)..] : "";
            return below.Split('/')[0] switch
            {
                "data" => Kind.Object,
                "contents" => Kind.Contents,
                "manifests" => Kind.Manifest,
                "trees" or "copies" or "images" => Kind.Layer,
                "versions" => below.EndsWith(".lock.json", StringComparison.Ordinal) || below.EndsWith(".provenance", StringComparison.Ordinal) ? Kind.Sidecar : Kind.Version,
                _ => null,
            };
        }
    }

    [GeneratedRegex(@"^\d+ +(?<name>\w+)\(.*= [0-9]", RegexOptions.CultureInvariant)]
    private static partial Regex Call();

    [GeneratedRegex(@"\(\d+<([^>]*)>", RegexOptions.CultureInvariant)]
    private static partial Regex Descriptor();

    [GeneratedRegex("\"([^\"]*)\"", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();
}
