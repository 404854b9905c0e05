using System.Collections.Immutable;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Domain.Configuring;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>
/// Judges changes of version for environments, of which many share theirs: what two versions say of the paths in question is looked up
/// once. Reads only; what it found counts as long as nobody can write into the private area. Several threads may ask at once.
/// </summary>
internal sealed class RemapJudge(EnvironmentStore environments)
{
    private const int LargeText = 1 << 20;
    private const int MostLarge = 4;

    private readonly EnvironmentHost _host = environments.Host;

    /// <summary>Held for what concerns versions; what concerns one environment's files needs none.</summary>
    private readonly Lock _versions = new();

    /// <summary>Held for an environment with an rpm database of its own, which may be large: several at once would take the memory of all.</summary>
    private readonly Lock _databases = new();

    private readonly Dictionary<(Sha256Digest From, Mapping To), ImmutableArray<TreePath>> _changedConfiguration = [];
    private readonly Dictionary<Sha256Digest, string> _texts = [];

    // Those of the texts that are large, the oldest first.
    private readonly Queue<Sha256Digest> _large = [];

    public RemapJudgement Judge(EnvironmentName name, ImmutableArray<HistoryEntry> history, Mapping to, MappingAction action)
    {
        var from = history[^1].To.Manifest;
        if (from == to.Manifest && action != MappingAction.Rollback)
        {
            return RemapJudgement.Nothing;
        }

        var (old, next) = (_host.ReadManifest(from), _host.ReadManifest(to.Manifest));
        if (RpmDatabaseMerge.IsIn(environments.PrivateOf(name)))
        {
            lock (_databases)
            {
                return Judge(name, history, to, action, (old, next));
            }
        }

        return Judge(name, history, to, action, (old, next));
    }

    private RemapJudgement Judge(EnvironmentName name, ImmutableArray<HistoryEntry> history, Mapping to, MappingAction action, (Manifest Old, Manifest Next) versions)
    {
        var (from, (old, next)) = (history[^1].To.Manifest, versions);
        var judging = new PrivateJudgement(environments.PrivateOf(name), old, next, content => OfVersions(() => TextOf(content))) { Cancellation = _host.Patience.Cancellation };
        if (action == MappingAction.Rollback)
        {
            judging.RollBack(new RollbackChain(environments.KeptBy(name), Remapper.TakenOff(history, to), to), _host.ReadManifest);
        }

        judging.JudgeSources(() => OfVersions(() => _host.SetupOf(to).Sources));
        judging.JudgeWholeState();
        judging.JudgePackages(() => OfVersions(() => _host.ConfigurationFiles(history[^1].To).Concat(_host.ConfigurationFiles(to))));
        judging.JudgeRpmPackages();
        judging.JudgeConfiguration(OfVersions(() => ChangedConfiguration(from, to, old, next)));
        judging.JudgeCaches();
        return judging.Finish();
    }

    /// <summary>The commands that the new version has and the old one had not: those have run, or are noted still.</summary>
    public ImmutableArray<FirstCommand> Brought(Mapping from, Mapping to) => OfVersions<ImmutableArray<FirstCommand>>(() =>
    {
        var commands = _host.SetupOf(to).FirstCommands;
        return commands.IsEmpty ? [] : [.. commands.ExceptBy(_host.SetupOf(from).FirstCommands.Select(before => before.Command), command => command.Command)];
    });

    private T OfVersions<T>(Func<T> look)
    {
        lock (_versions)
        {
            return look();
        }
    }

    /// <summary>Configuration files that both versions have, and not with the same content.</summary>
    private ImmutableArray<TreePath> ChangedConfiguration(Sha256Digest from, Mapping to, Manifest old, Manifest next)
    {
        if (!_changedConfiguration.TryGetValue((from, to), out var changed))
        {
            changed = [.. _host.ConfigurationFiles(to).Where(path =>
                old.Find(path) is { Type: EntryType.File } before && next.Find(path) is { Type: EntryType.File } after && before.Content != after.Content)];
            _changedConfiguration[(from, to)] = changed;
        }

        return changed;
    }

    /// <summary>A version's file, bytes as chars.</summary>
    private string TextOf(Sha256Digest content)
    {
        if (!_texts.TryGetValue(content, out var text))
        {
            text = Encoding.Latin1.GetString(StoreFile.Read(_host.Layout.ObjectOf(content)));
            if (text.Length >= LargeText)
            {
                // Databases of rpm: those of the two versions of a move, and no more.
                if (_large.Count == MostLarge)
                {
                    _texts.Remove(_large.Dequeue());
                }

                _large.Enqueue(content);
            }

            _texts[content] = text;
        }

        return text;
    }
}
