using System.Collections.Immutable;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>
/// Judges changes of version for environments, of which many share theirs: what two versions say of the paths in question is looked up
/// once. Reads only; what it found counts as long as nobody can write into the private area.
/// </summary>
internal sealed class RemapJudge(EnvironmentStore environments)
{
    private readonly EnvironmentHost _host = environments.Host;
    private readonly Dictionary<(Sha256Digest From, Mapping To), ImmutableArray<TreePath>> _changedConfiguration = [];
    private readonly Dictionary<Sha256Digest, string> _texts = [];

    public RemapJudgement Judge(EnvironmentName name, ImmutableArray<HistoryEntry> history, Mapping to, MappingAction action)
    {
        var from = history[^1].To.Manifest;
        if (from == to.Manifest && action != MappingAction.Rollback)
        {
            return RemapJudgement.Nothing;
        }

        var (old, next) = (_host.ReadManifest(from), _host.ReadManifest(to.Manifest));
        var judging = new PrivateJudgement(environments.PrivateOf(name), old, next, TextOf);
        if (action == MappingAction.Rollback)
        {
            judging.RollBack(new RollbackChain(environments.KeptBy(name), Remapper.TakenOff(history, to)), _host.ReadManifest);
        }

        judging.JudgeSources(() => _host.SetupOf(to).Sources);
        judging.JudgeWholeState();
        judging.JudgePackages(() => _host.ConfigurationFiles(history[^1].To).Concat(_host.ConfigurationFiles(to)));
        judging.JudgeConfiguration(ChangedConfiguration(from, to, old, next));
        judging.JudgeCaches();
        return judging.Finish();
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
            _texts[content] = text;
        }

        return text;
    }
}
