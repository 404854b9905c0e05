namespace EzTemplates.Store;

/// <summary>
/// In which order packages are unpacked, and by how many decoder threads each, so that no core idles at the end. The largest come
/// first. One thread each is the cheapest: several decoders of one file hold its blocks in memory and hand them over. Only a package
/// that is larger than a core's share of all that is left would keep the others waiting, and gets them all.
/// </summary>
public static class UnpackOrder
{
    /// <param name="sizes">Bytes of each archive.</param>
    /// <param name="cores">At least 1.</param>
    /// <returns>Every index of <paramref name="sizes"/> once.</returns>
    public static IReadOnlyList<(int Index, int DecoderThreads)> Of(IReadOnlyList<long> sizes, int cores)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        ArgumentOutOfRangeException.ThrowIfLessThan(cores, 1);
        var left = sizes.Sum();
        var order = new List<(int, int)>(sizes.Count);
        foreach (var index in Enumerable.Range(0, sizes.Count).OrderByDescending(i => sizes[i]))
        {
            order.Add((index, sizes[index] > left / cores ? cores : 1));
            left -= sizes[index];
        }

        return order;
    }
}
