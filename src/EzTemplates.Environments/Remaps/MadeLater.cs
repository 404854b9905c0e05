using System.Collections.Immutable;
using System.Text;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>
/// The file <c>later</c> of a mapping: a line a step, as in <c>steps</c>, for each path that a command has made since. One that the mapping
/// had put has its number there; one that was not private before has the next, and nothing was there. Whatever becomes of the file decides
/// only what a roll-back restores as it was.
/// </summary>
internal sealed class MadeLater(string file)
{
    /// <param name="steps">The mapping's; at least one, as its folder is there for them.</param>
    public void Write(string area, ImmutableArray<AreaStep> steps, ImmutableArray<DerivedCache> caches)
    {
        var known = steps.ToDictionary(step => step.Path);
        var (next, text) = (steps.Max(step => step.Number), new List<byte>());
        foreach (var path in caches.SelectMany(cache => cache.MadeIn(area).Concat(known.Keys.Where(path => path.Parent == cache.Links))).Distinct().Order())
        {
            var made = new AreaPlace(area, path).Identity();
            if (known.TryGetValue(path, out var step))
            {
                text.AddRange((step with { Made = made }).ToLine());
            }
            else if (made is not null)
            {
                // The folder's time is that of before, too: it holds the cache, which was put.
                var beside = steps.FirstOrDefault(step => step.Path.Parent == path.Parent);
                text.AddRange(new AreaStep(++next, AreaStepKind.Put, path, made, false, beside?.FolderTime ?? default).ToLine());
            }
        }

        FolderRemoval.Remove(file);
        StoreFile.WriteNew(file, [.. text]);
    }

    /// <summary>The steps with what they came to, and those that they did not have.</summary>
    public ImmutableArray<AreaStep> AddTo(ImmutableArray<AreaStep> steps)
    {
        var lines = Encoding.ASCII.GetString(StoreFile.TryRead(file) ?? []).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var later = lines.Select(AreaStep.TryRead).OfType<AreaStep>().DistinctBy(step => step.Path).ToDictionary(step => step.Path);
        return [.. steps.Where(step => !later.ContainsKey(step.Path)), .. later.Values];
    }
}
